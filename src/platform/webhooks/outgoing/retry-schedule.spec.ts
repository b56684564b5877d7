import { environmentSchema } from '../../config/config.schema.js';
import { RetrySchedule } from './retry-schedule.js';

const pauses = environmentSchema.shape.WEBHOOK_RETRY_SECONDS.parse(undefined);

it('tries ten times within 75 hours, where nothing else is configured', () => {
  const schedule = new RetrySchedule(pauses);
  const given = Array.from({ length: 10 }, (_, tries) => schedule.pauseAfter(tries + 1, 0.5));
  expect(given).toEqual([5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400, undefined]);
  const hours = given.reduce<number>((sum, pause) => sum + (pause ?? 0), 0) / 3600;
  expect(hours).toBeGreaterThan(72);
});

it('spreads a pause by a fifth either way', () => {
  const schedule = new RetrySchedule('100');
  expect(schedule.pauseAfter(1, 0)).toBeCloseTo(80);
  expect(schedule.pauseAfter(1, 1)).toBeCloseTo(120);
});
