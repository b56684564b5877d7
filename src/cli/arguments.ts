import { InvalidArgumentError } from 'commander';

/** @throws InvalidArgumentError, which commander shows as a sentence */
export function positiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new InvalidArgumentError('a whole number from 1 on is wanted');
  return value;
}

/** @throws InvalidArgumentError, which commander shows as a sentence */
export function time(text: string): Date {
  const value = new Date(text);
  if (Number.isNaN(value.getTime()))
    throw new InvalidArgumentError('a time is wanted, such as 2026-11-27T08:00:00Z');
  return value;
}
