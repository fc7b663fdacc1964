import { RetryableError } from '../contract/errors.ts';
import type { Secrets } from '../../machines/ports/secrets.ts';

/** How an agent says who it is, to whatever stands in front of the admin API. */
export interface Authorization {
  readonly scheme: 'Bearer' | 'Basic';
  /** Names the secret: a token, or `<user>:<password>`. */
  readonly secret: string;
}

/** What one call carries. */
export interface Credentials {
  /** The header's value. */
  readonly header: string;
  /** What refuses a call may repeat it: its words without anything of the secret. */
  withoutSecrets(status: number, words: string): string;
}

/** As RFC 6750 has it: nothing in it has to be escaped, so it is found again wherever it is repeated. */
const token = /^[A-Za-z0-9._~+/-]+=*$/;
const hidden = '(a secret)';
/** Shorter ones may be words of the device's, which say what became of a change. */
export const tellingLengthMin = 8;

/** What stands there now. Throws what nothing was sent for: somebody has to put the secret right first. */
export async function readCredentials(
  secrets: Secrets,
  { scheme, secret: reference }: Authorization,
): Promise<Credentials> {
  const secret = await secrets.read(reference).catch((error: unknown) => {
    throw unusable(error instanceof Error ? error.message : String(error));
  });
  if (scheme === 'Bearer') {
    if (!token.test(secret)) {
      throw unusable(`${reference} is to be one token, of letters, digits and -._~+/ alone`);
    }
    return credentials(scheme, secret, [secret]);
  }
  const colon = secret.indexOf(':');
  if (colon < 1 || /[\p{Cc}]/u.test(secret)) {
    throw unusable(`${reference} is to be <user>:<password> in one line`);
  }
  const encoded = Buffer.from(secret, 'utf8').toString('base64');
  return credentials(scheme, encoded, [encoded, secret, secret.slice(colon + 1)]);
}

/** Nothing is sent without it; another agent may have what this one lacks. */
function unusable(words: string): RetryableError {
  return new RetryableError(`the secret for the device can't be used: ${words}`, {
    reach: 'out of reach',
  });
}

function credentials(scheme: string, value: string, parts: readonly string[]): Credentials {
  return {
    header: `${scheme} ${value}`,
    withoutSecrets(status, words) {
      const isAboutThem = status === 401 || status === 403;
      const lengthMin = isAboutThem ? 1 : tellingLengthMin;
      return parts
        .filter((part) => part.length >= lengthMin)
        .reduce((text, part) => text.replaceAll(part, hidden), words);
    },
  };
}
