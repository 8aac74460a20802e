/** What a message may name; the channel fills it in for each user. */
export const knownPlaceholders: readonly string[] = ['user.name', 'coupon.name', 'channel.name'];

/**
 * Placeholders in the text that nobody would fill in, as they stand there, each once: unknown, misspelt,
 * padded or unclosed ones.
 */
export function unknownPlaceholders(text: string): string[] {
  const unknown = new Set<string>();
  for (const [whole, name] of text.matchAll(/\{\{([^{}]*)(?:\}\}|\}|$)?/g)) {
    const known = whole.endsWith('}}') && name !== undefined && knownPlaceholders.includes(name);
    if (!known) unknown.add(whole.slice(0, 60));
  }
  return [...unknown];
}
