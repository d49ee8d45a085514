// What is a failed signature, and what kept the check of one from an answer: the alert latches, and means tampering.
import { describe, expect, it } from 'vitest';
import { saysInvalid } from '../../../src/guide/signature-failure.ts';

const NAME = 'isSignatureValid';
const says = (text: string, isError = true): boolean => {
  const start = text.indexOf(NAME);
  return saysInvalid(text, start, start + NAME.length, isError);
};

describe('a record that names isSignatureValid', () => {
  it.each([
    'isSignatureValid error: the signature of request 1 has a valid format but was not made with the registered key',
    'isSignatureValid: false',
    'isSignatureValid=false, took 30 ms',
    'isSignatureValid error',
    'isSignatureValid failed\njava.security.SignatureException: Signature length not correct: got 64 but was expecting 71',
    'isSignatureValid error: signature does not match, 3 attempts, none timed out',
    'isSignatureValid: signature invalid (node persistence unavailable for the audit)',
    'tampering suspected: isSignatureValid failed after a timeout',
  ])('says that one failed: %s', (text) => expect(says(text)).toBe(true));

  it.each([
    'isSignatureValid: true',
    'isSignatureValid timed out',
    'isSignatureValid error: java.net.ConnectException: Connection refused',
    'isSignatureValid error: 503 Service Unavailable from GET http://node-persistence',
    'isSignatureValid error\norg.springframework.dao.DataAccessResourceFailureException: Unable to acquire JDBC Connection',
    'isSignatureValid failed\nsoftware.amazon.awssdk.core.exception.SdkClientException: Unable to load credentials',
    'isSignatureValid error: java.lang.OutOfMemoryError: Java heap space',
    'isSignatureValid cancelled',
    'isSignatureValid failed: AccessDeniedException (Service: Kms)',
    'isSignatureValid failed: Rate exceeded (Service: Kms, Status Code: 400)',
  ])('says that nobody could tell: %s', (text) => expect(says(text)).toBe(false));

  it('needs a word of failure where it is no error', () => {
    expect(says('isSignatureValid of request 5', false)).toBe(false);
    expect(says('isSignatureValid of request 5 failed', false)).toBe(true);
  });
});
