/** What a message may name; the channel fills it in for each user. */
export const knownPlaceholders: readonly string[] = ['user.name', 'coupon.name', 'channel.name'];
/** A reminder comes before the redemption: it may also say until when, and what is missing. */
export const reminderPlaceholders: readonly string[] = [
  ...knownPlaceholders,
  'points.missing',
  'valid.until',
];

/**
 * Placeholders in the text that nobody would fill in, as they stand there, each once: unknown, misspelt,
 * padded or unclosed ones.
 */
export function unknownPlaceholders(text: string, known = knownPlaceholders): string[] {
  const unknown = new Set<string>();
  for (const [whole, name] of text.matchAll(/\{\{([^{}]*)(?:\}\}|\}|$)?/g)) {
    const isKnown = whole.endsWith('}}') && name !== undefined && known.includes(name);
    if (!isKnown) unknown.add(whole.slice(0, 60));
  }
  return [...unknown];
}
