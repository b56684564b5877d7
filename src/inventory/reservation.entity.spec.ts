import { ReservationConflict } from './inventory.errors.js';
import { Reservation } from './reservation.entity.js';
import { mayMove, reservationStatuses } from './reservation-status.js';

const reservation = (given: Partial<Reservation> = {}): Reservation =>
  Object.assign(Reservation.open('o', { orderLineId: 'l', sku: 'MUG', quantity: 5 }), given);

describe('a reservation', () => {
  it('opens active with all its units open', () => {
    expect(reservation()).toMatchObject({ status: 'active', openUnits: 5, isOpen: true, location: 'main' });
  });

  it('stays what it was while a part is released, and ends released with the last unit', () => {
    const held = reservation();
    held.release(2);
    expect(held).toMatchObject({ status: 'active', openUnits: 3 });
    held.release(3);
    expect(held).toMatchObject({ status: 'released', openUnits: 0, isOpen: false });
  });

  it('is fulfilled when its last unit leaves, though another part was released', () => {
    const held = reservation({ status: 'committed' });
    held.release(1);
    held.fulfil(2);
    expect(held.status).toBe('committed');
    held.fulfil(2);
    expect(held).toMatchObject({ status: 'fulfilled', released: 1, fulfilled: 4 });
  });

  it('is fulfilled when the last open unit is released after others were shipped', () => {
    const held = reservation({ status: 'committed' });
    held.fulfil(4);
    held.release(1);
    expect(held.status).toBe('fulfilled');
  });

  it('ships nothing before its order is confirmed', () => {
    expect(() => reservation().fulfil(1)).toThrow(ReservationConflict);
  });

  it('gives no more than it has', () => {
    expect(() => reservation().release(6)).toThrow(ReservationConflict);
    expect(() => reservation({ status: 'committed' }).fulfil(6)).toThrow(ReservationConflict);
    expect(() => reservation({ status: 'released', released: 5 }).release(1)).toThrow(
      expect.objectContaining({
        code: 'reservation-state',
        details: { extensions: expect.objectContaining({ currentState: 'released' }) },
      }),
    );
  });

  it('takes back only what was shipped, once', () => {
    const held = reservation({ status: 'fulfilled', fulfilled: 5 });
    held.restock(3);
    held.restock(2);
    expect(() => held.restock(1)).toThrow(ReservationConflict);
  });
});

describe('the table of its moves', () => {
  it('allows these and no others', () => {
    const legal = reservationStatuses.flatMap((from) =>
      reservationStatuses.filter((to) => mayMove(from, to)).map((to) => `${from} → ${to}`),
    );
    expect(legal).toEqual([
      'active → committed',
      'active → released',
      'committed → fulfilled',
      'committed → released',
    ]);
  });
});
