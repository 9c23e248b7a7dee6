import { domainToASCII } from "node:url";

/** What may stand before the `@` unquoted (RFC 5322, and RFC 6532 beyond ASCII), and nothing that nobody sees. */
const LOCAL_PART = /^[^\s\p{C}"(),:;<>@[\\\]]+$/u;
/** `domainToASCII` reads a host out of more than a host, and would give `x.org/a` the mail of `x.org`. */
const NO_DOMAIN = /[\s\p{Cc}/?#\\@:%]/u;

/**
 * Lower case, domain in ASCII (IDN) and without the root's dot. Dots and `+tags` are kept: only some providers ignore
 * them. `undefined` for what is no address.
 */
export function normaliseEmail(text: string): string | undefined {
  const at = text.lastIndexOf("@");
  const [local, host] = [text.slice(0, at), text.slice(at + 1)];
  if (at < 1 || !LOCAL_PART.test(local) || NO_DOMAIN.test(host)) return undefined;
  const domain = domainToASCII(host).toLowerCase().replace(/\.$/, "");
  // Lower case may come apart again: it is composed last.
  return domain === "" ? undefined : `${local.toLowerCase().normalize("NFC")}@${domain}`;
}
