/** Milliseconds for which the screen shows the evidence of a time-based redemption, from its commit on. */
export const EVIDENCE_MS = 180_000;
