/** What people wrote on a case, oldest first, and the next note. */
import { useEffect, useRef } from "react";
import { Avatar } from "@/design/Avatar";
import { Button } from "@/design/Button";
import { Fault, Loading } from "@/design/states";
import { Time } from "@/design/time";
import { NoteForm } from "@/triage/NoteForm";
import { Cited } from "./Cites";
import type { useCaseNotes } from "./queries";
import { Foot, type TabProps } from "./Tab";
import styles from "./tabs.module.css";

export interface Noting {
  notes: ReturnType<typeof useCaseNotes>;
  open: boolean;
  setOpen: (open: boolean) => void;
  save: (text: string) => Promise<boolean>;
}

interface NoteListProps {
  noting: Noting;
  may: boolean;
  /** Only the last so many. */
  last?: number;
}

export function NoteList({ noting, may, last }: NoteListProps) {
  const { notes } = noting;
  const all = notes.data?.pages.flatMap((page) => page.items) ?? [];
  const shown = last ? all.slice(-last) : all;
  return (
    <>
      {notes.error && (
        <Fault what="The notes could not be read." fault={notes.error} retry={() => notes.refetch()} />
      )}
      {notes.isPending && <Loading lines={3} label="Loading notes" />}
      {notes.data && all.length === 0 && !noting.open && (
        <p className={styles.blank}>
          Nobody has written a note. A note says what was seen and what it means. E5 in it cites evidence.
        </p>
      )}
      {shown.map((note) => (
        <article key={note.id} className={styles.note}>
          <p className={styles.meta}>
            <Avatar name={note.author.name} />
            <Time at={note.created_at} precision="min" />
          </p>
          <p className={styles.said}>
            <Cited text={note.text} />
          </p>
        </article>
      ))}
      {notes.hasNextPage && (
        <div className={styles.more}>
          <Button disabled={notes.isFetchingNextPage} onClick={() => void notes.fetchNextPage()}>
            Later notes
          </Button>
        </div>
      )}
      {may && <NoteForm open={noting.open} onOpen={noting.setOpen} onSave={noting.save} />}
    </>
  );
}

export function NotesTab({ one, may, noting }: TabProps & { noting: Noting }) {
  const page = useRef<HTMLDivElement>(null);
  const count = noting.notes.data?.pages.reduce((sum, part) => sum + part.items.length, 0) ?? 0;
  // The last note is the news.
  // biome-ignore lint/correctness/useExhaustiveDependencies: one more note is the reason to move
  useEffect(() => {
    if (page.current) page.current.scrollTop = page.current.scrollHeight;
  }, [count]);
  return (
    <>
      <section ref={page} className={styles.page} tabIndex={0} aria-label="Notes">
        <div className={styles.text}>
          <NoteList noting={noting} may={may} />
        </div>
      </section>
      <Foot may={may} one={one}>
        {count === 1 ? "1 note" : `${count} notes`}
      </Foot>
    </>
  );
}
