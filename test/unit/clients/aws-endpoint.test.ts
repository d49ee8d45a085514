// To whom the operator's own identity is shown: AWS itself, and where its administrator says; never where a report says.
import { describe, expect, test } from 'vitest';
import { identityWithheld } from '../../../src/clients/aws-endpoint.ts';

const mayShowIdentity = (endpoint: string | undefined, environment: NodeJS.ProcessEnv): boolean =>
  identityWithheld({ endpoint }, environment) === undefined;

describe("the operator's own identity is shown", () => {
  test.each([
    undefined,
    'https://s3.amazonaws.com',
    'https://s3.eu-west-1.amazonaws.com/',
    'https://s3.dualstack.us-gov-west-1.amazonaws.com',
    'https://s3-fips.us-east-1.amazonaws.com',
    'https://kms.eu-central-1.amazonaws.com',
    'https://kms-fips.us-west-2.amazonaws.com',
    'https://kms.cn-north-1.amazonaws.com.cn',
    'https://bucket.vpce-0a1b2c-3d4e.s3.eu-west-1.vpce.amazonaws.com',
    'https://vpce-0a1b2c-3d4e.kms.eu-west-1.vpce.amazonaws.com',
  ])('to AWS: %s', (endpoint) => {
    expect(mayShowIdentity(endpoint, {})).toBe(true);
  });

  test.each([
    'http://s3.eu-west-1.amazonaws.com',
    'https://s3.eu-west-1.amazonaws.com:8443',
    'https://store.example.com',
    'https://s3.eu-west-1.amazonaws.com.example.com',
    'https://s3.eu-west-1.amazonaws.com@example.com',
    'https://evil-s3.eu-west-1.amazonaws.com',
    'https://abc123.execute-api.eu-west-1.amazonaws.com',
    'https://s3.execute-api.eu-west-1.amazonaws.com',
    'https://kms-0123456789.eu-west-1.elb.amazonaws.com',
    'https://ec2-203-0-113-1.eu-west-1.compute.amazonaws.com',
    'https://vpce-0a1b-2c3d.vpce-svc-0123.eu-west-1.vpce.amazonaws.com',
    'https://203.0.113.1',
    'nonsense',
    '',
  ])('not to another server that a report names: %s', (endpoint) => {
    expect(mayShowIdentity(endpoint, {})).toBe(false);
  });

  test.each(['AWS_ENDPOINT_URL', 'AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL_KMS'])(
    "to the one that the operator's environment names in %s",
    (name) => {
      const environment = { [name]: 'https://store.example.com:9000/' };
      expect(mayShowIdentity('https://store.example.com:9000', environment)).toBe(true);
      expect(mayShowIdentity('http://store.example.com:9000', environment)).toBe(false);
      expect(mayShowIdentity('https://store.example.com', environment)).toBe(false);
    },
  );
});
