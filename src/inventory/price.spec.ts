import { decimalsOf, minorUnits } from './price.js';

describe('a price in major units', () => {
  it.each([
    ['2.55', 'GBP', 255],
    ['0.1', 'GBP', 10],
    ['19', 'GBP', 1900],
    ['2.550', 'GBP', 255],
    ['1250', 'JPY', 1250],
    ['1250.0', 'JPY', 1250],
    ['1.234', 'KWD', 1234],
    ['90071992547409.91', 'GBP', 9007199254740991],
  ])('%s %s is exactly %i', (major, currency, minor) => {
    expect(minorUnits(major, currency)).toBe(minor);
  });

  it.each([
    ['2.555', 'GBP'],
    ['0.5', 'JPY'],
    ['-1', 'GBP'],
    ['1,00', 'GBP'],
    ['1e3', 'GBP'],
    [' 1', 'GBP'],
    ['', 'GBP'],
    ['.5', 'GBP'],
    ['90071992547409.92', 'GBP'],
  ])('%j %s is none', (major, currency) => {
    expect(minorUnits(major, currency)).toBeUndefined();
  });

  it('knows the decimals of a currency', () => {
    expect(['GBP', 'JPY', 'KWD'].map(decimalsOf)).toEqual([2, 0, 3]);
  });
});
