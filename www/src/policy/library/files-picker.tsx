import { useId } from "preact/hooks";

interface Props {
  readonly label: string;
  readonly onFiles: (files: readonly File[]) => void;
}

/** A button that opens one or more policy files from the disk. */
export function FilesPicker({ label, onFiles }: Props) {
  const id = useId();
  return (
    <span class="file-picker">
      <input
        id={id}
        type="file"
        multiple
        accept=".yaml,.yml,.json,.txt"
        onChange={(event) => {
          const files = [...(event.currentTarget.files ?? [])];
          // The same file can be chosen again after it was changed.
          event.currentTarget.value = "";
          onFiles(files);
        }}
      />
      <label for={id} class="button">
        {label}
      </label>
    </span>
  );
}
