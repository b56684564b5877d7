import { randomInt } from 'node:crypto';

/** Digits and capital letters without 0, O, 1, I and L; 31 is prime, so the check below finds every slip it promises. */
const alphabet = '23456789ABCDEFGHJKMNPQRSTUVWXYZ';
const drawnLength = 9;

/** A number that people can say over the telephone: nine drawn characters and a check character. */
export function drawOrderNumber(draw: (below: number) => number = randomInt): string {
  const drawn = Array.from({ length: drawnLength }, () => alphabet.charAt(draw(alphabet.length))).join('');
  return drawn + checkCharacter(drawn);
}

/** What a person typed as it is stored: spaces and dashes away, capitals; undefined where it cannot be a number of ours. */
export function readOrderNumber(typed: string): string | undefined {
  const number = typed.replace(/[\s-]/g, '').toUpperCase();
  if (number.length !== drawnLength + 1 || ![...number].every((character) => alphabet.includes(character)))
    return undefined;
  return checkCharacter(number.slice(0, drawnLength)) === number.slice(drawnLength) ? number : undefined;
}

/** In two groups, as it is shown and said. */
export function sayOrderNumber(number: string): string {
  return `${number.slice(0, 5)}-${number.slice(5)}`;
}

/** Weights 2 … 10 modulo 31: any one wrong character and any two neighbours swapped change it. */
function checkCharacter(drawn: string): string {
  const sum = [...drawn].reduce(
    (total, character, index) => total + (index + 2) * alphabet.indexOf(character),
    0,
  );
  return alphabet.charAt(sum % alphabet.length);
}
