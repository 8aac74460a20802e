/** Placeholders that every message may hold. */
export const placeholders = ['user.name', 'coupon.name', 'channel.name'] as const;
export type Placeholder = (typeof placeholders)[number];

/** What stands where a name is not known: the one place that decides the wording. */
export const neutralNames = { 'user.name': 'dear guest', 'channel.name': 'our channel' } as const;

const pattern = /\{\{\s*([a-z]+\.[a-z]+)\s*\}\}/g;

/**
 * Fills a template in one pass. Values go in as plain text: a placeholder inside a value is not expanded again. A
 * placeholder that is none of ours stays as written; the catalog refuses such templates before they get here.
 */
export function renderMessage(
  template: string,
  values: Readonly<Record<Placeholder, string>> & Readonly<Partial<Record<string, string>>>,
): string {
  return template.replace(pattern, (written, name: string) =>
    Object.hasOwn(values, name) ? (values[name] ?? written) : written,
  );
}

/** Which of our placeholders a template holds. */
export function placeholdersIn(template: string): ReadonlySet<Placeholder> {
  const names = [...template.matchAll(pattern)].map((match) => match[1] ?? '');
  return new Set(names.filter(isPlaceholder));
}

function isPlaceholder(name: string): name is Placeholder {
  return (placeholders as readonly string[]).includes(name);
}
