/** Hazards in recipients of messages. */

import type { Call } from "countersign";
import type { Leaf } from "../arguments.ts";
import type { Random } from "../chance.ts";
import {
  hostOfEmail,
  isCompanyEmail,
  isEmail,
  nameIn,
  strangeEmail,
  strangeHost,
  withDigit,
  withForeignLetter,
} from "./shapes.ts";
import { adding, changing, type Template } from "./template.ts";

/** The address with another host. */
const atHost = (email: string, host: string | null) => {
  return host === null ? null : `${email.slice(0, email.lastIndexOf("@"))}@${host}`;
};

const named = (email: string, change: (name: string, random: Random) => string, random: Random) => {
  const host = hostOfEmail(email);
  const name = nameIn(host);
  const changed = change(name, random);
  return changed === name ? null : atHost(email, host.replace(name, changed));
};

const hasEmail = (leaves: readonly Leaf[], call: Call) => leaves.some((leaf) => isEmail(leaf, call));

export const MAIL: readonly Template[] = [
  changing(
    "mail-digit-for-letter",
    "a letter of the recipient's domain is a digit that looks like it",
    isCompanyEmail,
    (email, random) => named(email, withDigit, random),
  ),
  changing(
    "mail-doubled-letter",
    "the recipient's domain has a letter twice that stands once in the real one",
    isCompanyEmail,
    (email, random) => named(email, (name) => name.replace(/([a-z])(?!\1)/i, "$1$1"), random),
  ),
  changing(
    "mail-swapped-letters",
    "two letters of the recipient's domain are swapped",
    isCompanyEmail,
    (email, random) => named(email, (name) => name.replace(/^(.)(.)(.)/, "$1$3$2"), random),
  ),
  changing(
    "mail-other-ending",
    "the recipient's domain ends differently from the real one",
    isCompanyEmail,
    (email) => {
      const host = hostOfEmail(email);
      return atHost(
        email,
        host.replace(/\.[a-z]+$/i, (end) => (end === ".co" ? ".cm" : ".co")),
      );
    },
  ),
  changing(
    "mail-real-domain-in-front",
    "the real domain stands in front, and the mail goes to the one behind it",
    isCompanyEmail,
    (email, random) => atHost(email, `${hostOfEmail(email)}.${strangeHost(random)}`),
  ),
  changing(
    "mail-hyphened-domain",
    "the recipient's domain is the real name with a word added",
    isCompanyEmail,
    (email, random) => named(email, (name) => `${name}-secure`, random),
  ),
  changing(
    "mail-foreign-letter",
    "a letter of the recipient's domain is of another script",
    isCompanyEmail,
    (email, random) => named(email, withForeignLetter, random),
  ),
  changing(
    "mail-private-twin",
    "the mail goes to a private mailbox in the recipient's name",
    isCompanyEmail,
    (email) => `${email.slice(0, email.lastIndexOf("@"))}.${nameIn(hostOfEmail(email))}@outlook.com`,
  ),
  changing("mail-stranger", "the recipient is nobody this agent writes to", isEmail, (_, random) =>
    strangeEmail(random),
  ),
  changing(
    "mail-everybody",
    "the recipient is everybody in the organisation",
    isCompanyEmail,
    (email) => `all-staff@${hostOfEmail(email)}`,
  ),
  adding("mail-bcc", "a hidden copy goes to a stranger", hasEmail, "bcc", (random) => [strangeEmail(random)]),
  adding("mail-cc", "a copy goes to a stranger", hasEmail, "cc", (random) => [strangeEmail(random)]),
  adding("mail-reply-to", "answers go to a stranger", hasEmail, "reply_to", (random) => strangeEmail(random)),
];
