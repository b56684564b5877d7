import { isNativeError } from 'node:util/types';
import { QueryFailedError } from 'typeorm';

// `isNativeError` knows errors of other realms too, such as a socket's inside a test runner; `instanceof` does not.

/** SQLSTATE of a failed statement, or undefined for any other error. */
export function sqlState(error: unknown): string | undefined {
  const cause: unknown = error instanceof QueryFailedError ? error.driverError : error;
  if (isNativeError(cause) && 'code' in cause && typeof cause.code === 'string') return cause.code;
  return undefined;
}

/** The constraint that refused a write, by its name in the migration. */
export function violatedConstraint(error: unknown): string | undefined {
  const cause: unknown = error instanceof QueryFailedError ? error.driverError : error;
  if (isNativeError(cause) && 'constraint' in cause && typeof cause.constraint === 'string')
    return cause.constraint;
  return undefined;
}

const deadlockDetected = '40P01';
const serializationFailure = '40001';
const lockNotAvailable = '55P03';

/** Whether running the whole transaction again may succeed. */
export function isRetryable(error: unknown): boolean {
  const state = sqlState(error);
  return state === deadlockDetected || state === serializationFailure || state === lockNotAvailable;
}

/**
 * Class 08 (connection), 53 (disk or memory full, too many connections), 57P0x (shutdown, crash), 58030 (its disk fails),
 * 25006 (a stand-by takes no writes), and what sockets and name servers say.
 */
const outage =
  /^(08...|53...|57P0[1-4]|58030|25006|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOENT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)$/;
const lostConnection =
  /timeout exceeded when trying to connect|Connection terminated|Client has encountered a connection error|not queryable|the database system is|Cannot use a pool after/i;

/** Whether the database could not be reached or could not give a connection in time: the caller may try again later. */
export function isDatabaseUnavailable(error: unknown): boolean {
  const state = sqlState(error);
  if (state !== undefined && outage.test(state)) return true;
  return isNativeError(error) && lostConnection.test(error.message);
}

/** Whether the trouble is the infrastructure's, so that trying again later is right and counts as no try. */
export function isInfrastructureTrouble(error: unknown): boolean {
  return isRetryable(error) || isDatabaseUnavailable(error) || tookTooLong(error);
}

/** Whether a statement was ended for its length, which tells of a slow database or of a slow statement. */
export const tookTooLong = (error: unknown): boolean => sqlState(error) === '57014';
