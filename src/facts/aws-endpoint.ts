// Which endpoints are AWS's own: who runs a server decides who may be shown an identity, and whose work its certificate is.

/**
 * Hosts of S3 and KMS themselves, as AWS names them: regional, dual-stack, FIPS, for a bucket, and in a VPC. Not the other
 * names under amazonaws.com, which customers can have for servers of their own (API Gateway, load balancers, EC2).
 */
const AWS_HOST =
  /^(?:[a-z0-9._-]+\.)?(?:s3|kms)(?:-fips)?(?:\.dualstack)?\.[a-z]{2}(?:-[a-z]+)+-[0-9]+(?:\.vpce)?\.amazonaws\.com(?:\.cn)?$/;

/** True for a URL of S3 or KMS at AWS, over HTTPS. */
export function isAwsEndpoint(endpoint: string): boolean {
  if (!URL.canParse(endpoint)) return false;
  const { protocol, hostname, port } = new URL(endpoint);
  return protocol === 'https:' && port === '' && (hostname === 's3.amazonaws.com' || AWS_HOST.test(hostname));
}
