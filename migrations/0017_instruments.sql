-- Pictures that were uploaded for offers, re-encoded. The id is the digest of what is stored, so the same picture is one row;
-- the bytes lie in the blobs under `images/<image_id>`. Versions of instruments speak of them, so none is ever deleted.
create table image (
    image_id text not null constraint image_pkey primary key,
    content_type text not null,
    width bigint not null,
    height bigint not null,
    bytes bigint not null,
    created_at bigint not null
);
