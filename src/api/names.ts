// Group, version, kind, annotations: the fixed names of the resource.

export const GROUP = 'recognize.health';
export const VERSION = 'v1alpha1';
export const API_VERSION = `${GROUP}/${VERSION}`;
export const KIND = 'HealthReport';
export const PLURAL = 'healthreports';
export const SINGULAR = 'healthreport';
export const SHORT_NAME = 'hrep';
export const CATEGORY = 'recognize';
export const CRD_NAME = `${PLURAL}.${GROUP}`;

/** A user or gate asks for a run by giving this a new value; `status.lastHandledRequest` echoes it. */
export const REQUEST_ANNOTATION = `${GROUP}/requested-at`;

/** On the CRD: which schema this is, so that an operator can tell an older one. */
export const SCHEMA_VERSION_ANNOTATION = `${GROUP}/schema-version`;
export const SCHEMA_VERSION = '2';

/** The field manager of every status write. */
export const FIELD_MANAGER = 'recognize-health';

/** An operator with `--require-secret-label` uses only Secrets that carry this label with the value `true`. */
export const USE_LABEL = `${GROUP}/use`;
