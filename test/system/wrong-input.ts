/** What a field must not be: the field, its value (undefined = missing), and what the mend must say. */
export type Wrong = [field: string, value: unknown, mend: RegExp];

/** A route that takes a body, a body that it takes, and what must not be in it. */
export type WrongInputs = [route: string, good: Record<string, unknown>, wrongs: Wrong[]];
