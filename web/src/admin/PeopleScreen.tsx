/** Who may log in, and what they may do. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { answer, api, seen } from "@/api/client";
import { asProblem } from "@/api/problem";
import { keys } from "@/api/query";
import { useMe } from "@/api/session";
import type { Role, User } from "@/api/types";
import { Button } from "@/design/Button";
import { Choice, Field } from "@/design/Field";
import { Fault, FaultCode, Loading } from "@/design/states";
import { Time } from "@/design/time";
import { complain, say } from "@/shell/toast";
import { passwordFault } from "./password";
import styles from "./Settings.module.css";
import { SettingsFrame } from "./SettingsFrame";

/** Roles of people; `ingest` is for tokens only. */
const ROLES: Partial<Record<Role, string>> = {
  viewer: "Viewer: reads",
  analyst: "Analyst: triages, works cases",
  engineer: "Engineer: keeps the rules",
  admin: "Administrator: people, tokens, sources",
};

export function PeopleScreen() {
  const { data, error, refetch } = useQuery({
    queryKey: keys.users,
    queryFn: () => answer(api.GET("/api/v1/users")),
  });
  return (
    <SettingsFrame
      title="People"
      lead="Every change is an entry in the journal and ends the person's sessions where it must."
    >
      {error && <Fault what="The people could not be read." fault={error} retry={() => refetch()} />}
      {!data && !error && <Loading lines={4} />}
      {data && (
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Full name</th>
              <th scope="col">Role</th>
              <th scope="col">Since</th>
              <th scope="col">
                <span className="unseen">Log-in</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {data.items.map((user) => (
              <Row key={user.id} user={user} />
            ))}
          </tbody>
        </table>
      )}
      <NewPerson />
    </SettingsFrame>
  );
}

function Row({ user }: { user: User }) {
  const me = useMe();
  const cache = useQueryClient();
  const change = useMutation({
    mutationFn: (body: { role?: Role; disabled?: boolean }) =>
      answer(
        api.PATCH("/api/v1/users/{id}", {
          params: { path: { id: user.id } },
          headers: seen(user.version),
          body,
        }),
      ),
    onError: (fault) => complain(`${user.name} was not changed.`, fault),
    onSettled: () => {
      cache.invalidateQueries({ queryKey: keys.users });
      cache.invalidateQueries({ queryKey: keys.people });
    },
  });
  return (
    <tr>
      <td className={styles.mono}>{user.name}</td>
      <td>{user.full_name}</td>
      <td>
        <select
          aria-label={`Role of ${user.name}`}
          value={user.role}
          disabled={change.isPending}
          onChange={(event) => change.mutate({ role: event.currentTarget.value as Role })}
        >
          {Object.entries(ROLES).map(([role, says]) => (
            <option key={role} value={role}>
              {says}
            </option>
          ))}
        </select>
      </td>
      <td className={styles.dim}>
        <Time at={user.created_at} precision="min" />
      </td>
      <td>
        {user.id === me.id ? (
          <span className={styles.dim}>You</span>
        ) : (
          <Button
            onClick={() => change.mutate({ disabled: !user.disabled })}
            disabled={change.isPending}
            aria-label={`${user.disabled ? "Let in" : "Lock out"} ${user.name}`}
          >
            {user.disabled ? "Let in" : "Lock out"}
          </Button>
        )}
      </td>
    </tr>
  );
}

const BLANK = { name: "", full_name: "", role: "analyst" as Role, password: "" };

function NewPerson() {
  const cache = useQueryClient();
  const [form, setForm] = useState(BLANK);
  const [tried, setTried] = useState(false);
  const create = useMutation({
    mutationFn: () =>
      answer(api.POST("/api/v1/users", { body: { ...form, full_name: form.full_name.trim() || null } })),
    onSuccess: (user) => {
      say(`${user.name} can log in.`);
      setForm(BLANK);
      setTried(false);
      cache.invalidateQueries({ queryKey: keys.users });
      cache.invalidateQueries({ queryKey: keys.people });
    },
  });
  const weak = passwordFault(form.password);
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (!weak) create.mutate();
      }}
    >
      <h3>Add a person</h3>
      <Field
        label="Name to log in with"
        required
        autoComplete="off"
        value={form.name}
        onChange={(event) => setForm({ ...form, name: event.currentTarget.value })}
      />
      <Field
        label="Full name"
        autoComplete="off"
        value={form.full_name}
        onChange={(event) => setForm({ ...form, full_name: event.currentTarget.value })}
      />
      <Choice
        label="Role"
        value={form.role}
        onChange={(event) => setForm({ ...form, role: event.currentTarget.value as Role })}
      >
        {Object.entries(ROLES).map(([role, says]) => (
          <option key={role} value={role}>
            {says}
          </option>
        ))}
      </Choice>
      <Field
        label="First password"
        type="password"
        required
        autoComplete="new-password"
        hint="12 characters or more"
        fault={tried ? weak : null}
        value={form.password}
        onChange={(event) => setForm({ ...form, password: event.currentTarget.value })}
      />
      <div className={styles.buttons}>
        <Button look="filled" type="submit" disabled={create.isPending}>
          Add
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
