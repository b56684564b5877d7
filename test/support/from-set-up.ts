/** What the set-up of the whole run found out and left in the environment. */
export function fromSetUp(name: 'TEST_SERVER_URL' | 'TEST_TEMPLATE' | 'TEST_REDIS' | 'TEST_KAFKA'): string {
  const value = process.env[name];
  if (!value)
    throw new Error(`${name} is set by test/support/global-setup.ts; run the test through its jest project`);
  return value;
}
