// The types that pgjdbc 42.7 knows by name in binaryTransferEnable and binaryTransferDisable (its class Oid).

/** Each with a type of arrays beside it: INT2_ARRAY. */
const WITH_ARRAYS =
  'INT2 INT4 INT8 TEXT NUMERIC FLOAT4 FLOAT8 BOOL DATE TIME TIMETZ TIMESTAMP TIMESTAMPTZ BYTEA VARCHAR OID BPCHAR MONEY NAME BIT INTERVAL CHAR VARBIT UUID XML POINT BOX JSONB JSON REF_CURSOR';
const ALONE = 'UNSPECIFIED VOID LINE LSEG PATH POLYGON CIRCLE CIDR INET MACADDR MACADDR8 TSVECTOR TSQUERY';

const NAMES: ReadonlySet<string> = new Set([
  ...ALONE.split(' '),
  ...WITH_ARRAYS.split(' ').flatMap((name) => [name, `${name}_ARRAY`]),
]);

/** Whether each of a list of types is a name, in any case, or a number. The driver ends the connection over any other. */
export function areTypes(list: string): boolean {
  return list
    .split(',')
    .filter((type) => type !== '')
    .every((type) => /^[0-9]{1,18}$/.test(type) || NAMES.has(type.toUpperCase()));
}
