import { useId } from "preact/hooks";

interface Props {
  readonly label: string;
  readonly accept: string;
  readonly onFile: (file: File) => void;
  readonly disabled?: boolean;
}

/** A button that opens a file from the disk. */
export function FilePicker({ label, accept, onFile, disabled = false }: Props) {
  const id = useId();
  return (
    <span class="file-picker">
      <input
        id={id}
        type="file"
        accept={accept}
        disabled={disabled}
        onChange={(event) => {
          const [file] = event.currentTarget.files ?? [];
          // The same file can be chosen again after it was changed.
          event.currentTarget.value = "";
          if (file !== undefined) onFile(file);
        }}
      />
      <label for={id} class="button">
        {label}
      </label>
    </span>
  );
}
