/** What the list could be narrowed to, with counts. */
import type { RuleFacets, RuleState, Severity } from "@/api/types";
import { Hostile } from "@/design/Hostile";
import { SEVERITIES, SeverityMark } from "@/design/shapes";
import { Facet } from "@/triage/FacetList";
import facets from "@/triage/FacetList.module.css";
import { StateMark } from "./marks";
import type { RuleFacet, RulesState } from "./state";

interface RuleFacetListProps {
  counts: RuleFacets;
  state: RulesState;
  onToggle: (facet: RuleFacet, value: string) => void;
}

const TELEMETRY: Record<string, string> = { yes: "Come in", no: "Never came" };

export function RuleFacetList({ counts, state, onToggle }: RuleFacetListProps) {
  const levels = new Map(counts.level.map((one) => [one.value, one.count]));
  return (
    <section className={facets.facets} aria-label="Filters">
      <Facet
        title="State"
        values={counts.state}
        chosen={state.state}
        onToggle={(value) => onToggle("state", value)}
        label={(value) => <StateMark state={value as RuleState} />}
        many
      />
      <Facet
        title="Level"
        values={SEVERITIES.map((value) => ({ value, count: levels.get(value) ?? 0 }))}
        chosen={state.level}
        onToggle={(value) => onToggle("level", value)}
        label={(value) => <SeverityMark severity={value as Severity} />}
        many
      />
      <Facet
        title="Events"
        values={counts.telemetry}
        chosen={state.telemetry}
        onToggle={(value) => onToggle("telemetry", value)}
        label={(value) => TELEMETRY[value] ?? value}
      />
      <Facet
        title="Source"
        values={counts.source}
        chosen={state.source}
        onToggle={(value) => onToggle("source", value)}
        label={(value) => <Hostile text={value} titled />}
      />
    </section>
  );
}
