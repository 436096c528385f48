/** Hazards in paths. */

import { oneOf } from "../chance.ts";
import { isFile, isPath } from "./shapes.ts";
import { adding, changing, type Template } from "./template.ts";

const folderOf = (path: string) => path.slice(0, path.lastIndexOf("/") + 1);

/** The home folder that a path is in, or one that is likely. */
const homeOf = (path: string) => /^\/home\/[^/]+/.exec(path)?.[0] ?? "~";

export const PATHS: readonly Template[] = [
  changing(
    "path-climbs",
    "the path climbs out of its folder",
    isPath,
    (path) => `${folderOf(path)}../../../../etc/passwd`,
  ),
  changing(
    "path-climbs-encoded",
    "the path climbs out of its folder, written in percent codes",
    isPath,
    (path) => `${folderOf(path)}..%2f..%2f..%2fetc%2fpasswd`,
  ),
  changing("path-shadow", "the path is that of the system's passwords", isPath, () => "/etc/shadow"),
  changing("path-ssh-key", "the path is that of a private key", isPath, (path) => `${homeOf(path)}/.ssh/id_ed25519`),
  changing(
    "path-authorized-keys",
    "the path decides who may log in",
    isPath,
    (path) => `${homeOf(path)}/.ssh/authorized_keys`,
  ),
  changing("path-env", "the file holds the secrets of the application", isPath, (path) => `${folderOf(path)}.env`),
  changing(
    "path-cloud-credentials",
    "the file holds the keys of the cloud account",
    isPath,
    (path) => `${homeOf(path)}/.aws/credentials`,
  ),
  changing("path-cron", "what stands there is run by the system at set times", isPath, () => "/etc/cron.d/cleanup"),
  changing("path-startup", "what stands there runs at each login", isPath, (path) => `${homeOf(path)}/.bashrc`),
  changing(
    "path-git-hook",
    "what stands there runs at each commit",
    isPath,
    (path) => `${folderOf(path)}.git/hooks/pre-commit`,
  ),
  changing("path-wildcard", "the path stands for every file of the folder", isPath, (path) => `${folderOf(path)}*`),
  changing("path-root", "the path is the whole disk", isPath, () => "/"),
  changing(
    "path-double-ending",
    "the file is a program that looks like a document",
    isFile,
    (path, random) => `${path}.${oneOf(["exe", "scr", "bat"], random)}`,
  ),
  changing("path-direction", "a character turns the direction, so that the name reads as another", isFile, (path) =>
    path.replace(/\.(\w{1,5})$/, (_, end: string) => `\u202e${[...end].reverse().join("")}.exe`),
  ),
  changing("path-process", "the path shows the secrets of a running program", isPath, () => "/proc/self/environ"),
  adding(
    "path-permissions",
    "everybody may change the file",
    (leaves, call) => leaves.some((leaf) => isPath(leaf, call)),
    "mode",
    () => "0777",
  ),
  adding(
    "path-recursive",
    "it goes for everything below as well, and asks nobody",
    (leaves, call) => /delete|remove|rm|clean|move/i.test(call.tool) && leaves.some((leaf) => isPath(leaf, call)),
    "recursive",
    () => true,
  ),
];
