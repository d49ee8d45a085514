// The order of resource versions. The API promises it since Kubernetes 1.35 (KEP-5504) and has held it before, for
// versions that are decimal numbers; of others only equality can be told.

/** True when a version is the other one or a later one; false too where that cannot be told. */
export function isAtLeast(version: string, other: string): boolean {
  if (version === other) return true;
  const decimal = /^[0-9]{1,20}$/;
  return decimal.test(version) && decimal.test(other) && BigInt(version) >= BigInt(other);
}
