/** Hazards in addresses. */

import { characters } from "../chance.ts";
import { isUrl, nameIn, replaced, strangeHost, withDigit, withForeignLetter } from "./shapes.ts";
import { adding, changing, type Template } from "./template.ts";

const hostOf = (url: string) => /^https?:\/\/([^/?#]+)/i.exec(url)?.[1] ?? "";
const atHost = (url: string, host: string) => replaced(url, hostOf(url), host);
const asked = (url: string, query: string) => `${url}${url.includes("?") ? "&" : "?"}${query}`;

export const LINKS: readonly Template[] = [
  changing(
    "url-userinfo",
    "what looks like the host is a name to log in with; the host stands behind the @",
    isUrl,
    (url, random) => atHost(url, `${hostOf(url)}@${strangeHost(random)}`),
  ),
  changing(
    "url-real-host-in-front",
    "the real host stands in front, and the address leads to the one behind it",
    isUrl,
    (url, random) => atHost(url, `${hostOf(url)}.${strangeHost(random)}`),
  ),
  changing("url-look-alike", "a letter of the host is another one that looks like it", isUrl, (url) => {
    const name = nameIn(hostOf(url));
    const twin = withDigit(name);
    return twin === name ? null : replaced(url, name, twin);
  }),
  changing("url-foreign-letter", "a letter of the host is of another script", isUrl, (url) => {
    const name = nameIn(hostOf(url));
    const twin = withForeignLetter(name);
    return twin === name ? null : replaced(url, name, twin);
  }),
  changing("url-not-encrypted", "the address is not encrypted", isUrl, (url) => replaced(url, "https://", "http://")),
  changing(
    "url-cloud-metadata",
    "the address hands out the keys of the machine",
    isUrl,
    () => "http://169.254.169.254/latest/meta-data/iam/security-credentials/",
  ),
  changing(
    "url-own-network",
    "the address is one inside the own network",
    isUrl,
    () => "http://127.0.0.1:8500/v1/kv/?recurse",
  ),
  changing("url-token", "a secret stands in the address", isUrl, (url, random) =>
    asked(url, `access_token=${characters("abcdefghijkmnpqrstuvwxyz23456789", 32, random)}`),
  ),
  changing("url-sent-on", "the address sends on to a stranger", isUrl, (url, random) =>
    asked(url, `redirect=https://${strangeHost(random)}/login`),
  ),
  changing("url-stranger", "the address leads to a stranger", isUrl, (url, random) => atHost(url, strangeHost(random))),
  adding(
    "url-tls-unchecked",
    "it does not check who the server is",
    (leaves, call) => leaves.some((leaf) => isUrl(leaf, call)),
    "verify_tls",
    () => false,
  ),
];
