// When an end is near enough to be told: passwords, certificates, key material.

/** 30 days, in ms: a month's change window lies in it. */
export const SOON_MS = 30 * 24 * 60 * 60 * 1000;
