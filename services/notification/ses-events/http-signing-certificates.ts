import { Agent, get as httpGet } from 'node:http';
import { Agent as TlsAgent, get as httpsGet } from 'node:https';
import { readBoundedText } from '@simlane/service-kit/bounded-answer';
import { UnavailableError } from '@simlane/service-kit/problem';
import type { SigningCertificates } from './signing-certificates.ts';

const TIMEOUT_MS = 5_000;
/** One has 2 kB. */
const LARGEST_CERTIFICATE_BYTES = 16 * 1024;
/** A region has one at a time, and a new one every few years. */
const MOST_KEPT = 8;
/** Whoever makes up addresses keeps us from no more than this. */
const MOST_UNDER_WAY = 4;
const HTTP_OK = 200;

/**
 * Certificates over HTTPS, each fetched once and kept: what an address holds never changes. No redirect is followed,
 * and no proxy variable read.
 */
export const createHttpSigningCertificates = ({ timeoutMs = TIMEOUT_MS } = {}): SigningCertificates => {
  const kept = new Map<string, string>();
  const underWay = new Map<string, Promise<string>>();

  const fetchAndKeep = async (url: string): Promise<string> => {
    try {
      const pem = await fetchText(url, timeoutMs);
      if (kept.size >= MOST_KEPT) kept.clear();
      kept.set(url, pem);
      return pem;
    } catch (error) {
      throw new UnavailableError('The signing certificate', 'not to be had', error);
    } finally {
      underWay.delete(url);
    }
  };

  return {
    at: async (url) => {
      const known = kept.get(url) ?? underWay.get(url);
      if (known !== undefined) return known;
      if (underWay.size >= MOST_UNDER_WAY) throw new UnavailableError('The signing certificate', 'too many at once');
      const fetched = fetchAndKeep(url);
      underWay.set(url, fetched);
      return fetched;
    },
  };
};

const fetchText = (url: string, timeoutMs: number): Promise<string> =>
  new Promise((resolve, reject) => {
    const isTls = url.startsWith('https:');
    // Of its own, and not the one that proxy variables may have changed.
    const agent = isTls ? new TlsAgent() : new Agent();
    const request = (isTls ? httpsGet : httpGet)(url, { agent, signal: AbortSignal.timeout(timeoutMs) }, (response) => {
      if (response.statusCode !== HTTP_OK) {
        response.destroy();
        reject(new Error(`answered ${response.statusCode}`));
        return;
      }
      readBoundedText(response, LARGEST_CERTIFICATE_BYTES).then(resolve, reject);
    });
    request.on('error', reject);
  });
