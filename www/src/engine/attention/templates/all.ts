/** Every template. */

import { COMMANDS } from "./commands.ts";
import { LINKS } from "./links.ts";
import { MAIL } from "./mail.ts";
import { MONEY } from "./money.ts";
import { PATHS } from "./paths.ts";
import { QUERIES } from "./queries.ts";
import { SWITCHES } from "./switches.ts";
import type { Template } from "./template.ts";
import { WORDS } from "./words.ts";

/** Ways of making a call dangerous, each of which is known by its id for good. */
export const TEMPLATES: readonly Template[] = [
  ...MAIL,
  ...MONEY,
  ...PATHS,
  ...COMMANDS,
  ...QUERIES,
  ...LINKS,
  ...WORDS,
  ...SWITCHES,
];
