/** The policies to start from: the files of `examples/policies`, as they are. */

import airlineAgent from "../../../examples/policies/airline-agent.yaml?raw";
import codingAgent from "../../../examples/policies/coding-agent.yaml?raw";
import customerService from "../../../examples/policies/customer-service.yaml?raw";
import dataAnalyst from "../../../examples/policies/data-analyst.yaml?raw";
import officeAssistant from "../../../examples/policies/office-assistant.yaml?raw";
import researchAgent from "../../../examples/policies/research-agent.yaml?raw";
import shellAgent from "../../../examples/policies/shell-agent.yaml?raw";
import starter from "../../../examples/policies/starter.yaml?raw";
import teamChat from "../../../examples/policies/team-chat.yaml?raw";
import workspaceAssistant from "../../../examples/policies/workspace-assistant.yaml?raw";

export interface Starter {
  readonly title: string;
  readonly text: string;
}

/** The smallest policy that works. */
export const FIRST: Starter = { title: "Starter", text: starter };

export const STARTERS: readonly Starter[] = [
  FIRST,
  { title: "Coding agent", text: codingAgent },
  { title: "Office assistant", text: officeAssistant },
  { title: "Customer service", text: customerService },
  { title: "Research agent", text: researchAgent },
  { title: "Data analyst", text: dataAnalyst },
  { title: "Shell agent, with conditions", text: shellAgent },
  { title: "Workspace assistant, with conditions", text: workspaceAssistant },
  { title: "Team chat, with conditions", text: teamChat },
  { title: "Airline agent, with conditions", text: airlineAgent },
];
