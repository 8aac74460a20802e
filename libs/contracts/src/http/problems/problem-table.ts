/**
 * By code, which is stable: clients may switch on it. `title` is what happened, `mend` what the caller can do.
 */
export type ProblemTable = Record<string, { status: number; title: string; mend: string }>;
