/** Bytes of a request's content that are looked through: more would have to be kept for who reads more slowly. */
const looked = 64 * 1024;
/** What stands for a lent key inside of a run. */
const mark = /cst_[0-9a-f]{43}/g;
/** One character less than that. */
const rest = 46;

/** Tells what stands for keys in the beginning of a request's content, while it goes its way. Never rejects. */
export async function lookThrough(content: ReadableStream<Uint8Array>, tell: (mark: string) => void): Promise<void> {
  const reader = content.getReader();
  let [bytes, end] = [0, ''];
  try {
    while (bytes < looked) {
      const { done, value } = await reader.read();
      if (done) return;
      bytes += value.length;
      const text = end + Buffer.from(value).toString('latin1');
      for (const found of new Set(text.match(mark))) tell(found);
      end = text.slice(-rest);
    }
    await reader.cancel();
  } catch {
    // Who sends it has gone.
  }
}
