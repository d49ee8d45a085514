// `-o json` and `-o yaml` of check and status: the HealthReport itself, valid against the CRD, whatever it holds.
import { Ajv } from 'ajv';
import { parseAllDocuments } from 'yaml';
import { describe, expect, it } from 'vitest';
import { openApiSchema } from '../../../src/api/crd.ts';
import { renderJson, renderYaml, reportObject } from '../../../src/output/object.ts';
import { closed } from '../../support/closed-schema.ts';
import { badStatus, goodStatus, HOSTILE, hostileTold } from './told.ts';

// Formats and the extensions of Kubernetes say nothing about the shape.
const isReport = new Ajv({ allErrors: true, strict: false, validateFormats: false }).compile(
  closed({ ...openApiSchema(), properties: { ...openApiSchema().properties, metadata: {} } }),
);
const complaints = (value: unknown): unknown => (isReport(value) ? [] : isReport.errors);
const object = (status: typeof badStatus): ReturnType<typeof reportObject> =>
  reportObject({ name: 'prod', namespace: 'recognize' }, { interval: '1m' }, status);

describe('a report as an object', () => {
  it.each([
    ['good', goodStatus],
    ['bad', badStatus],
  ])('is a HealthReport: %s', (_, status) => {
    expect(complaints(JSON.parse(renderJson([object(status)])))).toEqual([]);
    expect(parseAllDocuments(renderYaml([object(status)])).map((one) => complaints(one.toJS()))).toEqual([[]]);
  });

  it('is not whatever: the schema refuses a field that it does not name', () => {
    const bad = JSON.parse(renderJson([object(badStatus)])) as { status: object };
    expect(complaints({ ...bad, status: { ...bad.status, more: 1 } })).not.toEqual([]);
  });

  it('is a List when there are several, and a document each in YAML', () => {
    expect(JSON.parse(renderJson([object(goodStatus), object(badStatus)]))).toMatchObject({
      kind: 'List',
      items: [{}, {}],
    });
    expect(parseAllDocuments(renderYaml([object(goodStatus), object(badStatus)]))).toHaveLength(2);
  });

  it.each(HOSTILE.map((text) => [JSON.stringify(text).slice(0, 60), text]))('comes back as it was: %s', (_, text) => {
    const { status } = hostileTold(text);
    const written = JSON.parse(JSON.stringify(object(status!))) as unknown;
    expect(JSON.parse(renderJson([object(status!)]))).toEqual(written);
    const [document] = parseAllDocuments(renderYaml([object(status!)]));
    expect(document?.errors).toEqual([]);
    expect(document?.toJS()).toEqual(written);
  });
});
