import { SecretBox } from './secret-box.js';
import { SecretsRepository } from './secrets.repository.js';
import { TokenKeys } from './token-keys.js';
import { loadConfig } from '../config/load-config.js';

const [first, second] = ['a'.repeat(16) + 'b'.repeat(16), 'c'.repeat(16) + 'd'.repeat(16)];

async function boxWith(current: string, previous?: string): Promise<SecretBox> {
  const config = loadConfig({ NODE_ENV: 'test', TOKEN_SECRET: current, TOKEN_SECRET_PREVIOUS: previous });
  // With TOKEN_SECRET given, no secret is asked of the database.
  const keys = new TokenKeys(config, Object.create(SecretsRepository.prototype) as SecretsRepository);
  await keys.onModuleInit();
  return new SecretBox(keys);
}

it('opens what it sealed, and seals the same secret differently each time', async () => {
  const box = await boxWith(first);
  const [one, two] = [box.seal('whsec_x', 'row 1'), box.seal('whsec_x', 'row 1')];
  expect(box.open(one, 'row 1')).toBe('whsec_x');
  expect(one.sealed.equals(two.sealed)).toBe(false);
  expect(one.sealed.includes('whsec_x')).toBe(false);
});

it('opens nothing that was moved to another row or changed', async () => {
  const box = await boxWith(first);
  const { sealed, keyId } = box.seal('whsec_x', 'row 1');
  expect(() => box.open({ sealed, keyId }, 'row 2')).toThrow();
  const changed = Buffer.from(sealed);
  changed.writeUInt8(changed.readUInt8(changed.length - 1) ^ 1, changed.length - 1);
  expect(() => box.open({ sealed: changed, keyId }, 'row 1')).toThrow();
});

it('opens what the secret before sealed while that is known, and nothing after', async () => {
  const sealed = (await boxWith(first)).seal('whsec_x', 'row 1');
  const rotating = await boxWith(second, first);
  expect(rotating.open(sealed, 'row 1')).toBe('whsec_x');
  expect(rotating.seal('whsec_x', 'row 1').keyId).toBe(rotating.keyId);
  expect(rotating.keyId).not.toBe(sealed.keyId);
  expect((await boxWith(second)).open(sealed, 'row 1')).toBeUndefined();
});

it('opens in every process what any other sealed, while a new secret is first accepted everywhere and then put in use', async () => {
  const [accepting, using] = [await boxWith(first, second), await boxWith(second, first)];
  expect(accepting.open(using.seal('whsec_x', 'row 1'), 'row 1')).toBe('whsec_x');
  expect(using.open(accepting.seal('whsec_x', 'row 1'), 'row 1')).toBe('whsec_x');
});
