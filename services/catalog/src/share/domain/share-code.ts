import { shareAlphabet } from '#contracts';
import { randomInt } from 'node:crypto';

const LENGTH = 12;

/** Nobody guesses one: of a billion links, a million tries a second find the first after two weeks. */
export function newShareCode(): string {
  return Array.from({ length: LENGTH }, () => shareAlphabet[randomInt(shareAlphabet.length)]).join('');
}
