// A schema that lets nothing through that it does not name: what we publish stays open for fields to come, and a test
// must notice a field that nobody described.

/** The schema with `additionalProperties: false` wherever it lists properties and says nothing of others. */
export function closed(schema: object): object {
  return JSON.parse(JSON.stringify(schema), (_key, value: unknown) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    const open = !('additionalProperties' in value) && !('x-kubernetes-preserve-unknown-fields' in value);
    return 'properties' in value && 'type' in value && open ? { ...value, additionalProperties: false } : value;
  }) as object;
}
