/** The whole engine, by which policies decide too. */
import { deciding } from "../deciding.js";
import { watching } from "../watching.js";
import { engine as full } from "./full.js";

/** The engine. */
export const engine = full.decideWith({ ...deciding, watching });
