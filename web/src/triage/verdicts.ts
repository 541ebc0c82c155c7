/** How an alert or a case is closed: what each digit means, and how verdicts are called. Pure. */
import type { Disposition, Reason } from "@/api/types";

/** One key, one verdict. */
export interface Verdict {
  digit: string;
  disposition: Disposition;
  reason: Reason;
  /** As an analyst says it. */
  label: string;
  /** What it means for the rule. */
  hint: string;
}

/** The ten verdicts of the close dialog, most frequent first. */
export const VERDICTS: readonly Verdict[] = [
  v("1", "false_positive_logic", "rule_too_broad", "False positive, rule too broad", "The rule needs tuning"),
  v(
    "2",
    "benign_true_positive",
    "expected_activity",
    "Benign, expected activity",
    "As the rule says, but legitimate",
  ),
  v("3", "benign_true_positive", "known_software", "Benign, known software", "This software always does it"),
  v("4", "test", "authorised_test", "Authorised test", "An exercise or a penetration test"),
  v("5", "true_positive_no_impact", "blocked_attack", "Attack, blocked", "True positive without impact"),
  v(
    "6",
    "true_positive_impact",
    "confirmed_attack",
    "Attack, with impact",
    "True positive; should be a case",
  ),
  v("7", "false_positive_data", "bad_data", "False positive, bad data", "The log is wrong, not the rule"),
  v("8", "benign_true_positive", "user_error", "Benign, user error", "A person's mistake"),
  v("9", "duplicate", "duplicate", "Duplicate", "Recorded in another alert or case"),
  v("0", "undetermined", "other", "Other", "Needs a comment that says what"),
];

function v(digit: string, disposition: Disposition, reason: Reason, label: string, hint: string): Verdict {
  return { digit, disposition, reason, label, hint };
}

/** The verdict of a digit. */
export function verdictOf(digit: string): Verdict | undefined {
  return VERDICTS.find((verdict) => verdict.digit === digit);
}

/** Why a verdict cannot be given yet; null when it can. */
export function lacks(verdict: Verdict, comment: string): string | null {
  return verdict.reason === "other" && comment.trim() === ""
    ? "Say what it is: this reason needs a comment."
    : null;
}

export const DISPOSITION_WORDS: Record<Disposition, string> = {
  true_positive_impact: "True positive with impact",
  true_positive_no_impact: "True positive without impact",
  benign_true_positive: "Benign true positive",
  false_positive_logic: "False positive, rule logic",
  false_positive_data: "False positive, data",
  duplicate: "Duplicate",
  test: "Test",
  undetermined: "Undetermined",
};

export const REASON_WORDS: Record<Reason, string> = {
  confirmed_attack: "confirmed attack",
  blocked_attack: "blocked attack",
  expected_activity: "expected activity",
  authorised_test: "authorised test",
  known_software: "known software",
  user_error: "user error",
  rule_too_broad: "rule too broad",
  bad_data: "bad data",
  duplicate: "recorded elsewhere",
  other: "other",
};
