/** Tokens for programs: each has a role, is shown once, and can be taken back. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { answer, api } from "@/api/client";
import { asProblem } from "@/api/problem";
import { keys } from "@/api/query";
import type { NewToken, Role, Token } from "@/api/types";
import { Button, IconButton } from "@/design/Button";
import { now } from "@/design/clock";
import { Choice, Field } from "@/design/Field";
import { Icon } from "@/design/Icon";
import { Empty, Fault, FaultCode, Loading } from "@/design/states";
import { Time } from "@/design/time";
import { complain, say } from "@/shell/toast";
import styles from "./Settings.module.css";
import { SettingsFrame } from "./SettingsFrame";

const ROLES: Record<Role, string> = {
  ingest: "Ingest: only sends events",
  viewer: "Viewer: reads",
  analyst: "Analyst: triages, works cases",
  engineer: "Engineer: keeps the rules",
  admin: "Administrator",
};

const LASTING: readonly { days: number | null; says: string }[] = [
  { days: 30, says: "30 days" },
  { days: 90, says: "90 days" },
  { days: 365, says: "A year" },
  { days: null, says: "Until it is taken back" },
];

export function TokensScreen() {
  const [fresh, setFresh] = useState<NewToken | null>(null);
  const { data, error, refetch } = useQuery({
    queryKey: keys.tokens,
    queryFn: () => answer(api.GET("/api/v1/tokens")),
  });
  return (
    <SettingsFrame
      title="Tokens"
      lead="For programs that send events or ask the API. A token never exceeds its owner."
    >
      {fresh && <Secret token={fresh} onDone={() => setFresh(null)} />}
      {error && <Fault what="The tokens could not be read." fault={error} retry={() => refetch()} />}
      {!data && !error && <Loading lines={4} />}
      {data?.items.length === 0 && (
        <Empty title="There is no token." why="A program needs one to send events over HTTP." />
      )}
      {data && data.items.length > 0 && (
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Role</th>
              <th scope="col">Owner</th>
              <th scope="col">Expires</th>
              <th scope="col">Last used</th>
              <th scope="col">
                <span className="unseen">Take back</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {data.items.map((token) => (
              <Row key={token.id} token={token} />
            ))}
          </tbody>
        </table>
      )}
      <NewTokenForm onMade={setFresh} />
    </SettingsFrame>
  );
}

/** The only time that the token is shown. */
function Secret({ token, onDone }: { token: NewToken; onDone: () => void }) {
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(token.token);
      say("Token copied.");
    } catch (fault) {
      complain("The browser does not let a page copy; select the token by hand.", fault);
    }
  };
  return (
    <div className={styles.secret} role="status">
      <span>Shown once:</span>
      <code>{token.token}</code>
      <Button icon={<Icon name="copy" />} onClick={copy}>
        Copy
      </Button>
      <IconButton label="I have kept it" onClick={onDone}>
        <Icon name="close" />
      </IconButton>
    </div>
  );
}

function Row({ token }: { token: Token }) {
  const cache = useQueryClient();
  const [asked, setAsked] = useState(false);
  const revoke = useMutation({
    mutationFn: () => answer(api.DELETE("/api/v1/tokens/{id}", { params: { path: { id: token.id } } })),
    onSuccess: () => say(`Token “${token.name}” taken back; it stops working within a second.`),
    onError: (fault) => complain(`Token “${token.name}” was not taken back.`, fault),
    onSettled: () => cache.invalidateQueries({ queryKey: keys.tokens }),
  });
  return (
    <tr>
      <td>{token.name}</td>
      <td>{token.role}</td>
      <td className={styles.dim}>{token.owner?.name ?? "the program"}</td>
      <td className={styles.dim}>
        {token.expires_at ? <Time at={token.expires_at} precision="min" /> : "never"}
      </td>
      <td className={styles.dim}>
        {token.last_used ? <Time at={token.last_used} precision="min" /> : "never"}
      </td>
      <td>
        <Button
          aria-label={asked ? `Take back ${token.name}, really` : `Take back ${token.name}`}
          onClick={() => (asked ? revoke.mutate() : setAsked(true))}
          onBlur={() => setAsked(false)}
          disabled={revoke.isPending}
        >
          {asked ? "Really take back" : "Take back"}
        </Button>
      </td>
    </tr>
  );
}

function NewTokenForm({ onMade }: { onMade: (token: NewToken) => void }) {
  const cache = useQueryClient();
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("ingest");
  const [days, setDays] = useState<number | null>(365);
  const create = useMutation({
    mutationFn: () => {
      const expires_at = days === null ? null : new Date(now() + days * 86_400_000).toISOString();
      return answer(api.POST("/api/v1/tokens", { body: { name: name.trim(), role, expires_at } }));
    },
    onSuccess: (token) => {
      onMade(token);
      setName("");
      cache.invalidateQueries({ queryKey: keys.tokens });
    },
  });
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        create.mutate();
      }}
    >
      <h3>Make a token</h3>
      <Field
        label="Name"
        required
        autoComplete="off"
        placeholder="windows forwarder"
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Choice label="Role" value={role} onChange={(event) => setRole(event.currentTarget.value as Role)}>
        {Object.entries(ROLES).map(([one, says]) => (
          <option key={one} value={one}>
            {says}
          </option>
        ))}
      </Choice>
      <Choice
        label="Works for"
        value={days ?? ""}
        onChange={(event) =>
          setDays(event.currentTarget.value === "" ? null : Number(event.currentTarget.value))
        }
      >
        {LASTING.map((one) => (
          <option key={one.says} value={one.days ?? ""}>
            {one.says}
          </option>
        ))}
      </Choice>
      <div className={styles.buttons}>
        <Button look="filled" type="submit" disabled={create.isPending || !name.trim()}>
          Make it
        </Button>
        {create.error && (
          <div role="alert">
            {asProblem(create.error).detail} <FaultCode problem={asProblem(create.error)} />
          </div>
        )}
      </div>
    </form>
  );
}
