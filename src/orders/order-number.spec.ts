import { drawOrderNumber, readOrderNumber, sayOrderNumber } from './order-number.js';

const alphabet = '23456789ABCDEFGHJKMNPQRSTUVWXYZ';

describe('an order number', () => {
  it('is read back however a person types it', () => {
    const number = drawOrderNumber();
    expect(readOrderNumber(sayOrderNumber(number))).toBe(number);
    expect(readOrderNumber(` ${sayOrderNumber(number).toLowerCase()} `)).toBe(number);
  });

  it('has no character that is easily taken for another', () => {
    for (let times = 0; times < 200; times += 1) expect(drawOrderNumber()).toMatch(/^[2-9A-HJKMNP-Z]{10}$/);
  });

  it('shows every single wrong character', () => {
    const number = drawOrderNumber();
    for (let at = 0; at < number.length; at += 1) {
      for (const other of alphabet.replace(number.charAt(at), '')) {
        expect(readOrderNumber(number.slice(0, at) + other + number.slice(at + 1))).toBeUndefined();
      }
    }
  });

  it('shows two neighbours that were swapped', () => {
    let next = 0;
    const number = drawOrderNumber((below) => (next += 1) % below);
    for (let at = 0; at < number.length - 1; at += 1) {
      const swapped = number.slice(0, at) + number.charAt(at + 1) + number.charAt(at) + number.slice(at + 2);
      if (swapped !== number) expect(readOrderNumber(swapped)).toBeUndefined();
    }
  });

  it('is not anything else that people type', () => {
    for (const typed of ['', 'ABC', '0000000000', 'a@b.example', 'ABCDE-FGHJKK2'])
      expect(readOrderNumber(typed)).toBeUndefined();
  });
});
