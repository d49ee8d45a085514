// The CustomResourceDefinition, from the one schema. A pure function: manifests, chart and `crd` print what it returns.
import {
  CATEGORY,
  CRD_NAME,
  GROUP,
  KIND,
  PLURAL,
  SCHEMA_VERSION,
  SCHEMA_VERSION_ANNOTATION,
  SHORT_NAME,
  SINGULAR,
  VERSION,
} from './names.ts';
import { healthReportSpec, healthReportStatus } from './health-report.ts';
import { structural, type StructuralSchema } from './structural.ts';

interface PrinterColumn {
  readonly name: string;
  readonly type: 'string' | 'date';
  readonly jsonPath: string;
  readonly description: string;
  /** 1: shown with `-o wide` only. */
  readonly priority?: 1;
}

/** An API: scripts cut these columns. */
const PRINTER_COLUMNS: readonly PrinterColumn[] = [
  {
    name: 'Verdict',
    type: 'string',
    jsonPath: '.status.verdict',
    description: 'Healthy, Warning, Failing or Unknown.',
  },
  { name: 'Healthy', type: 'string', jsonPath: '.status.healthy', description: 'Healthy components of all.' },
  {
    name: 'Upgradeable',
    type: 'string',
    jsonPath: '.status.conditions[?(@.type=="Upgradeable")].status',
    description: 'Whether nothing speaks against an upgrade now.',
  },
  { name: 'Root-Cause', type: 'string', jsonPath: '.status.rootCause', description: 'The first root cause.' },
  { name: 'Last-Run', type: 'date', jsonPath: '.status.lastRunTime', description: 'When the last run started.' },
  { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp', description: 'When the report was created.' },
  {
    name: 'Topology',
    type: 'string',
    jsonPath: '.status.topology',
    description: 'Umbrella, Split or Consolidated.',
    priority: 1,
  },
  {
    name: 'Message',
    type: 'string',
    jsonPath: '.status.conditions[?(@.type=="Healthy")].message',
    description: 'What was seen, and what to do.',
    priority: 1,
  },
];

let schema: StructuralSchema | undefined;

/** The schema of the whole object: what the API server validates, defaults and prunes by. Made once; do not change it. */
export function openApiSchema(): StructuralSchema {
  schema ??= makeSchema();
  return schema;
}

function makeSchema(): StructuralSchema {
  return {
    description: 'Says whether an installation of PingOne Recognize is healthy, and cites the troubleshooting guide.',
    type: 'object',
    properties: {
      apiVersion: { description: 'Version of the schema of this object.', type: 'string' },
      kind: { description: 'HealthReport.', type: 'string' },
      metadata: { type: 'object' },
      spec: { ...structural(healthReportSpec), default: {} },
      // Spelled out instead of `{}`, so that what a new object carries can be read here.
      status: { ...structural(healthReportStatus), default: healthReportStatus.parse({}) },
    },
  };
}

/** The CustomResourceDefinition `healthreports.recognize.health` as the API server takes it. */
export function crd(): object {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: CRD_NAME, annotations: { [SCHEMA_VERSION_ANNOTATION]: SCHEMA_VERSION } },
    spec: {
      group: GROUP,
      scope: 'Namespaced',
      names: {
        plural: PLURAL,
        singular: SINGULAR,
        kind: KIND,
        listKind: `${KIND}List`,
        shortNames: [SHORT_NAME],
        categories: [CATEGORY],
      },
      versions: [
        {
          name: VERSION,
          served: true,
          storage: true,
          subresources: { status: {} },
          additionalPrinterColumns: PRINTER_COLUMNS,
          schema: { openAPIV3Schema: openApiSchema() },
        },
      ],
    },
  };
}
