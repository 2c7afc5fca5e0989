import {
  type Announcements,
  closestCenter,
  DndContext,
  type DragEndEvent,
  KeyboardSensor,
  PointerSensor,
  type UniqueIdentifier,
  useSensor,
  useSensors,
} from "@dnd-kit/core";
import {
  arrayMove,
  SortableContext,
  sortableKeyboardCoordinates,
  useSortable,
  verticalListSortingStrategy,
} from "@dnd-kit/sortable";
import { GripVerticalIcon, XIcon } from "lucide-react";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { useModels } from "@/api/queries";
import { ModelPicker } from "@/components/model-picker";
import { Button } from "@/components/ui/button";
import { cn } from "@/lib/cn";

interface Props {
  targets: string[];
  /** The alias's own name, which would run in a circle. */
  own: string;
  onChange: (targets: string[]) => void;
  error: string | undefined;
}

/** The models of an alias, put in order by mouse or keyboard: the first is tried first. */
export function Targets({ targets, own, onChange, error }: Props) {
  const { t } = useTranslation("models");
  const id = useId();
  const sensors = useSensors(
    useSensor(PointerSensor),
    useSensor(KeyboardSensor, { coordinateGetter: sortableKeyboardCoordinates }),
  );
  const move = ({ active, over }: DragEndEvent) => {
    if (!over || active.id === over.id) return;
    onChange(arrayMove(targets, targets.indexOf(String(active.id)), targets.indexOf(String(over.id))));
  };
  const announcements = useAnnouncements(targets);
  const [isCircle, setCircle] = useState(false);
  const add = (model: string) => {
    setCircle(model === own);
    if (model !== own && !targets.includes(model)) onChange([...targets, model]);
  };
  return (
    <fieldset className="flex flex-col gap-1.5" aria-describedby={`${id}-hint`}>
      <legend className="mb-1.5 font-medium text-sm">{t("alias.models")}</legend>
      <DndContext
        sensors={sensors}
        collisionDetection={closestCenter}
        onDragEnd={move}
        accessibility={{ announcements, screenReaderInstructions: { draggable: t("alias.order") } }}
      >
        <SortableContext items={targets} strategy={verticalListSortingStrategy}>
          <ol className="flex flex-col gap-1">
            {targets.map((model, index) => (
              <Target
                key={model}
                model={model}
                place={index + 1}
                onRemove={() => onChange(targets.filter((each) => each !== model))}
              />
            ))}
          </ol>
        </SortableContext>
      </DndContext>
      <ModelPicker value="" onChange={add} label={t("alias.addModel")} className="w-full" />
      <p id={`${id}-hint`} className="text-muted-foreground text-xs">
        {t("alias.order")}
      </p>
      {(isCircle || error) && (
        <p role="alert" className="text-bad text-xs">
          {isCircle ? t("alias.itself") : error}
        </p>
      )}
    </fieldset>
  );
}

/** What a screen reader is told while a model is moved. */
function useAnnouncements(targets: string[]): Announcements {
  const { t } = useTranslation("models");
  const told = (id: UniqueIdentifier, over: UniqueIdentifier | undefined) => ({
    name: String(id),
    place: targets.indexOf(String(over ?? id)) + 1,
    count: targets.length,
  });
  return {
    onDragStart: ({ active }) => t("alias.drag.start", told(active.id, undefined)),
    onDragOver: ({ active, over }) => t("alias.drag.over", told(active.id, over?.id)),
    onDragEnd: ({ active, over }) => t("alias.drag.end", told(active.id, over?.id)),
    onDragCancel: ({ active }) => t("alias.drag.cancel", told(active.id, undefined)),
  };
}

function Target({ model, place, onRemove }: { model: string; place: number; onRemove: () => void }) {
  const { t } = useTranslation("models");
  const { data } = useModels();
  const { attributes, listeners, setNodeRef, transform, transition, isDragging } = useSortable({ id: model });
  const isKnown = !data || data.some((each) => each.name === model);
  return (
    <li
      ref={setNodeRef}
      style={{ transform: transform ? `translateY(${transform.y}px)` : undefined, transition }}
      className={cn(
        "flex items-center gap-1.5 rounded-md border bg-card px-1 py-0.5",
        isDragging && "relative z-10 shadow-md",
      )}
    >
      <Button
        variant="ghost"
        size="icon-sm"
        className="cursor-grab touch-none"
        {...attributes}
        {...listeners}
        aria-label={t("alias.move", { name: model })}
      >
        <GripVerticalIcon />
      </Button>
      <span className="w-5 text-right text-muted-foreground text-xs tabular-nums">{place}</span>
      <span className="min-w-0 flex-1 truncate font-mono text-[13px]" title={model}>
        {model}
      </span>
      {!isKnown && <span className="text-warn text-xs">{t("alias.unknown")}</span>}
      <Button
        variant="ghost"
        size="icon-sm"
        aria-label={t("alias.remove", { name: model })}
        title={t("alias.remove", { name: model })}
        onClick={onRemove}
      >
        <XIcon />
      </Button>
    </li>
  );
}
