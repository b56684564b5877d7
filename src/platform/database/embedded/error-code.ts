/** The system's code of an error, such as `EEXIST`. Asked by shape: under jest the system's errors are of another realm. */
export function errorCode(error: unknown): string | undefined {
  const hasCode = typeof error === 'object' && error !== null && 'code' in error;
  return hasCode && typeof error.code === 'string' ? error.code : undefined;
}
