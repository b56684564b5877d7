import { availabilityOf, maySeeInactive } from './item-view.js';
import { wordBeginnings } from './item-views.repository.js';

describe('what shoppers see', () => {
  it('is a flag in place of figures', () => {
    expect([0, 1, 5, 6].map(availabilityOf)).toEqual(['out-of-stock', 'low', 'low', 'in-stock']);
  });

  it('is what is on sale; staff and services see the rest', () => {
    expect(maySeeInactive({ kind: 'anonymous' })).toBe(false);
    expect(maySeeInactive({ kind: 'customer', customerId: 'c' })).toBe(false);
    expect(maySeeInactive({ kind: 'staff', staffId: 's', roles: ['support'] })).toBe(true);
  });
});

describe('a search', () => {
  it('asks for the beginning of each word', () => {
    expect(wordBeginnings('White hang')).toBe("'White':* & 'hang':*");
    expect(wordBeginnings('gift_0001-20')).toBe("'gift':* & '0001':* & '20':*");
  });

  it('has no way out of its quotes', () => {
    expect(wordBeginnings("a' | !'b\\ & (c:*)")).toBe("'a':* & 'b':* & 'c':*");
    expect(wordBeginnings('!?')).toBe('');
  });
});
