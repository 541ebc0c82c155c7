/** Whether the bytes that are shown are those that were taken. */
import { useEffect, useState } from "react";

/** `partial`: the text is not all of the bytes, so nothing can be said here. */
export type Integrity = "checking" | "matches" | "differs" | "partial" | "unable";

/** SHA-256 of a text's UTF-8 bytes, hexadecimal; null where the browser computes none (a page without TLS). */
export async function sha256(text: string): Promise<string | null> {
  if (!globalThis.crypto?.subtle) return null;
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

interface Piece {
  content: string;
  content_lossy: boolean;
  sha256: string;
}

/** Computes the hash of a piece of evidence in the browser and holds it against the one of its taking. */
export function useIntegrity({ content, content_lossy, sha256: wanted }: Piece): Integrity {
  const [found, setFound] = useState<Integrity>("checking");
  useEffect(() => {
    if (content_lossy) return setFound("partial");
    let over = false;
    setFound("checking");
    sha256(content).then((hash) => {
      if (!over) setFound(hash === null ? "unable" : hash === wanted ? "matches" : "differs");
    });
    return () => {
      over = true;
    };
  }, [content, content_lossy, wanted]);
  return found;
}
