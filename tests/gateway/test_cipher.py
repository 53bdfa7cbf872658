"""The cipher against the published samples, and as a round trip."""

from __future__ import annotations

import contextlib
import json

import pytest
from Crypto.Cipher import AES
from hypothesis import given
from hypothesis import strategies as st

from batchinvoice.emulator.sandbox import IV_KEY, SECRET_KEY
from batchinvoice.gateway.cipher import ANSWER_BLOCK, Cipher, DecryptionError, EncryptionError, KeyLengthError

CIPHER = Cipher(SECRET_KEY, IV_KEY)

SEND = (
    '{"merchantCode":"842217","ids":["12880","12881"]}',
    "0e7898bd7464d0c402fe8a949d9cbf9b034eaeacaed3d040207d9535b3ca875b"
    "be811252c8aa4bdbe4d0323fc13064f33ea74d56ec6508b70669ebc8e0991390",
)
UPDATE = (
    '{"merchantCode":"842217","amount":"100.000","name":"test","email":"test@gmail.com","phone":"96512345678",'
    '"reference_number":"12345555"}',
    "0e7898bd7464d0c402fe8a949d9cbf9b84c9ca6239b5e015bd42c0d4b30b12eea40286812a301e52ceec0d9f47b6c3e0"
    "a4fbe43132ccb9253621b3e61d35e2f1639463bf1997499059aa34e6931f9fc93828201a2a4a1e73325a39a6c6ccc3a3"
    "55279b3746d1f99ef415cd5acd52aeece2c0a2583727061387b8d12af04924b1abbd1b94f3b63fb0f1f415826b3e30fd",
)
MERCHANT = ('{"merchantCode":"842217"}', "0e7898bd7464d0c402fe8a949d9cbf9b826ccb9b83b56fa003373275f1947a65")
UPDATED = (
    '{"status":true,"message":"Invoice updated successfully","response":{"id":12887,"merchant_id":84,'
    '"reference_number":"bb01-0000008","name":"test","phone":"96512345678","email":"test@gmail.com",'
    '"amount":"100.000","description":"Due Payment","status":1,"has_schedule":0,"schedule_time":null,'
    '"schedule_status":0,"schedule_sent_at":null,"created_at":"2025-10-13 12:14:45",'
    '"updated_at":"2025-10-13 13:35:10"}}',
    "60a8f6241932227b840a9f5e36987f4d894e5813e1ec714a9f1093832ea779376f8c931487a6666937ace7a3b8e72bb8"
    "6fbde24268630641d30f9c004b14293f5178814360594bc68e3f9f54c6a696cd919a279628664f81f96f7c9fdaf5b160"
    "649be0237f80911711deaa033abf8627835b84a476b82df35516f6b49df42baa16683d6d0845eb345ef70d5a138b09a3"
    "7da8a3c5df6b4044ac8bf9469a38202deeddd27095b2aabf8758ec96f2e3c0ec34a16cde8fdf876ad89b910876da4de5"
    "1a3619c780fab4e72e53027a0191830818987f08d8b5ea418387a004661ce4dd9d241dc7c426dbe2ed0f7a2701b59768"
    "e0219db14702b1adae6bbf6209ffb02811f6ad790d5ffc55e9938e5b5616f408201b42fde67a703f1152bf7a8dfed78e"
    "3cbc7b3580dcea8fef372a141203ee4ac02899ecb3c159a703db6ea343ce5ca9729e673337bf364bae868f1d7fe14cb9"
    "968cb603f1a2484de31655c0253d41b02d510ab3e4048ce376cce01d95b4549e9336af71131b0c85e2d06730192b0464"
    "54b1930c1b58c585873e70939f1e202a1399a30f7b8e28db1a53b24ec9d012d3",
)
DELETED = (
    '{"status":true,"message":"Invoice has been deleted","response":null}',
    "60a8f6241932227b840a9f5e36987f4d894e5813e1ec714a9f1093832ea779377c273e9ca35de20c5049b11f8b5e6fae"
    "5232563532d84705e1f1e357c426246cb83946b9f5c2aa3fc0e2c8048f0e2d798068e2e9d76ed65a348f76061f63eac8",
)

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner),
    max_leaves=10,
)


@pytest.mark.parametrize(("plain", "sealed"), [SEND, UPDATE, MERCHANT])
def test_published_requests_are_reproduced_byte_for_byte(plain: str, sealed: str) -> None:
    assert CIPHER.encrypt(json.loads(plain)) == sealed


@pytest.mark.parametrize(("plain", "sealed"), [UPDATED, DELETED])
def test_published_answers_are_reproduced_with_32_byte_padding(plain: str, sealed: str) -> None:
    assert CIPHER.encrypt(json.loads(plain), block=ANSWER_BLOCK) == sealed


@pytest.mark.parametrize(("plain", "sealed"), [SEND, UPDATE, MERCHANT, UPDATED, DELETED])
def test_every_published_sample_decrypts(plain: str, sealed: str) -> None:
    assert CIPHER.decrypt(sealed) == json.loads(plain)


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), JSON_VALUES), st.sampled_from([16, 32]))
def test_what_is_encrypted_decrypts(payload: dict[str, object], block: int) -> None:
    assert CIPHER.decrypt(CIPHER.encrypt(payload, block=block)) == payload


def test_text_travels_as_utf_8_and_keys_keep_their_order() -> None:
    sealed = bytes.fromhex(CIPHER.encrypt({"b": "عبد", "a": 1}))
    plain = AES.new(SECRET_KEY.encode(), AES.MODE_CBC, iv=IV_KEY.encode()).decrypt(sealed)
    assert plain.rstrip(b"\x01\x02\x03\x04\x05\x06\x07\x08\x0b\x0e").startswith('{"b":"عبد","a":1}'.encode())


@pytest.mark.parametrize("count", range(1, 33))
def test_every_padding_from_1_to_32_is_accepted_and_its_every_byte_checked(count: int) -> None:
    body = b'"' + b"x" * (94 - count) + b'"'
    assert CIPHER.decrypt(_sealed(body + bytes([count]) * count)) == "x" * (94 - count)
    for place in range(1, count):
        damaged = bytearray(body + bytes([count]) * count)
        damaged[-place - 1] ^= 1
        with pytest.raises(DecryptionError):
            CIPHER.decrypt(_sealed(bytes(damaged)))


@pytest.mark.parametrize("pad", [0, 33, 96, 255])
def test_other_paddings_are_rejected(pad: int) -> None:
    with pytest.raises(DecryptionError):
        CIPHER.decrypt(_sealed(bytes([pad]) * 96))


@pytest.mark.parametrize("text", ["", "0e", "zz" * 16, "0e78 98bd" * 8, "٠" * 32, MERCHANT[1][:-2], MERCHANT[1][2:]])
def test_what_is_not_hex_of_whole_blocks_is_rejected(text: str) -> None:
    with pytest.raises(DecryptionError):
        CIPHER.decrypt(text)


@pytest.mark.parametrize("plain", [b"{", b"\xff\xfe", b"NaN", b"[" * 100_000])
def test_what_is_not_json_is_rejected_without_showing_it(plain: bytes) -> None:
    padding = 16 - len(plain) % 16
    with pytest.raises(DecryptionError) as caught:
        CIPHER.decrypt(_sealed(plain + bytes([padding]) * padding))
    assert caught.value.__context__ is None


@given(st.binary(max_size=200))
def test_any_bytes_either_decrypt_or_raise_the_one_error(data: bytes) -> None:
    with contextlib.suppress(DecryptionError):
        CIPHER.decrypt(data.hex())


@pytest.mark.parametrize("payload", [{"a": float("nan")}, {"a": object()}, {"a": "\ud800 Noura"}])
def test_a_payload_json_cannot_hold_is_refused_without_showing_it(payload: dict[str, object]) -> None:
    with pytest.raises(EncryptionError) as caught:
        CIPHER.encrypt(payload)
    assert "Noura" not in str(caught.value)
    assert caught.value.__context__ is None


@pytest.mark.parametrize(("key", "iv", "named"), [("k" * 31, "i" * 16, "SECRET_KEY"), ("k" * 32, "é" * 16, "IV_KEY")])
def test_a_key_of_the_wrong_length_is_named_not_shown(key: str, iv: str, named: str) -> None:
    with pytest.raises(KeyLengthError, match=named) as caught:
        Cipher(key, iv)
    assert key not in str(caught.value)


def test_repr_hides_the_keys() -> None:
    assert SECRET_KEY not in repr(CIPHER)
    assert IV_KEY not in repr(vars(CIPHER).keys()) + repr(CIPHER)


def _sealed(padded: bytes) -> str:
    return AES.new(SECRET_KEY.encode(), AES.MODE_CBC, iv=IV_KEY.encode()).encrypt(padded).hex()
