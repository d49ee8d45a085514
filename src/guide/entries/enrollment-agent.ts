// Offline enrollment agent: the HTTP codes that it answers with. 400 and 422 are about the caller's image.
import type { Entry } from '../entry.ts';

export const ENROLLMENT_AGENT_ENTRIES = [
  {
    id: 'REC-EA-400',
    section: 'pingone-recognize-offline-enrollment-agent',
    title: '400',
    cause: 'Invalid image format.',
    nextSteps: 'Send a valid JPEG image.',
    anchor: 'pingone-recognize-offline-enrollment-agent',
    source: 'guide',
    claims: [],
    signatures: [],
    reach: 'explain',
    code: '400',
  },
  {
    id: 'REC-EA-422',
    section: 'pingone-recognize-offline-enrollment-agent',
    title: '422',
    cause: 'The biometric pipeline rejected the image: low quality, no face that could be detected, or another reason.',
    nextSteps:
      'Read the response body: `detail` says why the image was rejected, `stats` holds structured data about the pipeline run. Share this data with PingOne Recognize to understand the rejection.',
    anchor: 'pingone-recognize-offline-enrollment-agent',
    source: 'guide',
    claims: [],
    signatures: [],
    reach: 'explain',
    code: '422',
  },
  {
    id: 'REC-EA-500',
    section: 'pingone-recognize-offline-enrollment-agent',
    title: '500',
    cause: 'Internal server error of the enrollment agent.',
    nextSteps: 'Read the response body: it holds the details.',
    anchor: 'pingone-recognize-offline-enrollment-agent',
    source: 'guide',
    claims: [
      ['any', 'AgentServerError'],
      ['enrollment-agent', 'HealthDown'],
    ],
    signatures: [],
    code: '500',
  },
] as const satisfies readonly Entry[];
