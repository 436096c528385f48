/** The policies to start from: the files of `examples/policies`, as they are. */

import airlineAgent from "../../../examples/policies/airline-agent.yaml?raw";
import browserAgent from "../../../examples/policies/browser-agent.yaml?raw";
import cloudAgent from "../../../examples/policies/cloud-agent.yaml?raw";
import codingAgent from "../../../examples/policies/coding-agent.yaml?raw";
import customerService from "../../../examples/policies/customer-service.yaml?raw";
import dataAnalyst from "../../../examples/policies/data-analyst.yaml?raw";
import emailAssistant from "../../../examples/policies/email-assistant.yaml?raw";
import mcpServers from "../../../examples/policies/mcp-files-and-github.yaml?raw";
import officeAssistant from "../../../examples/policies/office-assistant.yaml?raw";
import paymentsAgent from "../../../examples/policies/payments-agent.yaml?raw";
import researchAgent from "../../../examples/policies/research-agent.yaml?raw";
import shellAgent from "../../../examples/policies/shell-agent.yaml?raw";
import teamChat from "../../../examples/policies/team-chat.yaml?raw";
import workspaceAssistant from "../../../examples/policies/workspace-assistant.yaml?raw";
import { FIRST as FIRST_POLICY } from "./first-policy.ts";

export interface Starter {
  readonly title: string;
  /** For which agent, in a sentence. */
  readonly about: string;
  readonly text: string;
}

/** The smallest policy that works. */
export const FIRST: Starter = {
  ...FIRST_POLICY,
  about: "The smallest policy that works, to see how rules look.",
};

export const STARTERS: readonly Starter[] = [
  FIRST,
  {
    title: "Coding agent",
    about: "Works on one repository with file, shell, Git and GitHub tools.",
    text: codingAgent,
  },
  {
    title: "Shell agent, with conditions",
    about: "Has a shell, files and the web on a developer's machine; commands are read word by word.",
    text: shellAgent,
  },
  {
    title: "MCP servers for files and GitHub",
    about: "Uses the filesystem and GitHub servers of the Model Context Protocol, with the names they have there.",
    text: mcpServers,
  },
  {
    title: "Browser agent",
    about: "Drives a web browser: opens pages, clicks, types and downloads.",
    text: browserAgent,
  },
  {
    title: "Research agent",
    about: "Searches the web and writes down what it finds.",
    text: researchAgent,
  },
  {
    title: "Email assistant",
    about: "Reads and answers one mailbox; who gets a message, and what it carries, decides.",
    text: emailAssistant,
  },
  {
    title: "Office assistant",
    about: "Has a mailbox, a calendar, files and chat; by tool alone, without conditions.",
    text: officeAssistant,
  },
  {
    title: "Workspace assistant, with conditions",
    about: "Mail, calendar and files of a company; after reading what others wrote it may do less.",
    text: workspaceAssistant,
  },
  {
    title: "Team chat, with conditions",
    about: "Posts in channels, invites people and publishes pages.",
    text: teamChat,
  },
  {
    title: "Customer service",
    about: "Answers customers, looks up their orders and gives refunds.",
    text: customerService,
  },
  {
    title: "Airline agent, with conditions",
    about: "Changes and cancels reservations by the rules of the fare.",
    text: airlineAgent,
  },
  {
    title: "Payments agent",
    about: "Pays invoices, gives refunds and reads accounts; amounts, payees and how often are limited.",
    text: paymentsAgent,
  },
  {
    title: "Cloud agent",
    about: "Looks after servers and deployments: cluster, infrastructure, monitoring, secrets.",
    text: cloudAgent,
  },
  {
    title: "Data analyst",
    about: "Queries databases and makes reports from them.",
    text: dataAnalyst,
  },
];
