import { NotFoundException, ServiceUnavailableException } from '@nestjs/common';
import { QueryFailedError } from 'typeorm';
import { DomainError } from '../errors/domain-error.js';
import { problemOf } from './problem.js';
import { toWire, writeProblem } from './wire-answer.js';

const origin = { instance: '/v1/orders', traceId: 'f'.repeat(32) };

function databaseError(code: string): QueryFailedError {
  return new QueryFailedError(
    'select secret from orders',
    [],
    Object.assign(new Error('relation secret'), { code }),
  );
}

describe('a problem document', () => {
  it('has what RFC 9457 and this house ask for', () => {
    const error = new DomainError('conflict', 'out-of-stock-for-test', 'two of three are there', {
      extensions: { available: 2, status: 999 },
      errors: [{ pointer: '/lines/0', code: 'out-of-stock', message: 'two are there' }],
    });
    const { status, headers, body } = writeProblem(problemOf(error), origin);
    expect(status).toBe(409);
    expect(headers['Content-Type']).toBe('application/problem+json; charset=utf-8');
    expect(JSON.parse(body ?? '')).toEqual({
      type: '/problems/out-of-stock-for-test',
      title: 'Out of stock for test',
      status: 409,
      detail: 'two of three are there',
      instance: '/v1/orders',
      code: 'out-of-stock-for-test',
      traceId: 'f'.repeat(32),
      available: 2,
      errors: [{ pointer: '/lines/0', code: 'out-of-stock', message: 'two are there' }],
    });
  });

  it.each([
    ['40P01', 'database-busy', '1'],
    ['55P03', 'database-busy', '1'],
    ['57014', 'database-busy', '1'],
    ['53300', 'database-busy', '1'],
    ['57P01', 'temporary-reduced-capacity', '2'],
    ['ECONNREFUSED', 'temporary-reduced-capacity', '2'],
  ])('of a database that says %s is 503 %s, to be tried again', (state, code, wait) => {
    const wire = writeProblem(problemOf(databaseError(state)), origin);
    expect(wire.status).toBe(503);
    expect(wire.headers['Retry-After']).toBe(wait);
    expect(wire.body).toContain(`"code":"${code}"`);
  });

  it('of an error nobody foresaw tells nothing but the trace', () => {
    for (const error of [databaseError('22021'), new Error('at /srv/app'), 'text', undefined]) {
      const wire = writeProblem(problemOf(error), origin);
      expect(wire.status).toBe(500);
      expect(wire.body).toContain(origin.traceId);
      expect(wire.body).not.toMatch(/secret|srv|text/);
    }
  });

  it('is made of Nest’s own errors too', () => {
    expect(problemOf(new NotFoundException()).entry.code).toBe('not-found');
    expect(problemOf(new ServiceUnavailableException()).entry.code).toBe('temporary-reduced-capacity');
  });

  it('of a committed refusal keeps the way to what was made', () => {
    const refusal = new DomainError('payment-declined', 'payment-declined', 'the card was declined');
    const wire = toWire({ status: 0, refusal, location: '/v1/orders/1' }, origin);
    expect(wire).toMatchObject({ status: 402, headers: { Location: '/v1/orders/1' } });
  });
});
