// Which version this is: read by every verb that says it.

declare global {
  // Set by the bundler from package.json.
  var RECOGNIZE_HEALTH_VERSION: string | undefined;
}

/** The version of the package; `development` for one that was not built. */
export function ownVersion(): string {
  return globalThis.RECOGNIZE_HEALTH_VERSION ?? 'development';
}
